using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt.Messages;

/// <summary>
/// A batch as PUBLISH packets, one behind the other, so that many go out with one call. A copy of our own: what is on its way may have to
/// be sent again when the host's batch is long gone. Keeps its memory, so that a steady flow allocates nothing.
/// </summary>
internal sealed class MessageBuffer
{
    private readonly TopicBook _topics;
    private readonly int _qos;
    private readonly bool _retain;
    private readonly ProtocolVersion _version;
    private readonly List<Message> _messages = [];
    private readonly ArrayBufferWriter<byte> _packets = new();
    private readonly ArrayBufferWriter<byte> _payload = new();
    private readonly Utf8JsonWriter _json;
    private readonly List<int> _rejected = [];
    private string _reason = "";

    public MessageBuffer(TopicBook topics, int qos, bool retain, ProtocolVersion version)
    {
        (_topics, _qos, _retain, _version) = (topics, qos, retain, version);
        // Relaxed: "°C" stays readable, and a message is no HTML page. Control characters are escaped all the same.
        _json = new Utf8JsonWriter(_payload, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        });
    }

    /// <summary>The messages in their order.</summary>
    public ReadOnlySpan<Message> Messages => CollectionsMarshal.AsSpan(_messages);

    /// <summary>Bytes of some messages in a row.</summary>
    public Memory<byte> Packets(int start, int length) =>
        MemoryMarshal.AsMemory(_packets.WrittenMemory).Slice(start, length);

    /// <summary>Replaces what was there by a batch.</summary>
    /// <param name="batch">The batch; nothing of it is kept.</param>
    /// <param name="maximumPacketSize">Bytes of the longest packet that the broker takes.</param>
    /// <exception cref="RejectedException">Some records have no topic or are too long.</exception>
    public void Fill(RecordBatch batch, long maximumPacketSize)
    {
        _messages.Clear();
        _packets.ResetWrittenCount();
        _rejected.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i];
            if (_topics.IsByTag && !record.IsPayload) AddTags(i, record, maximumPacketSize);
            else AddWhole(i, record, maximumPacketSize);
        }

        ThrowIfRejected();
    }

    /// <summary>Looks at the sizes again, since another connection may allow less.</summary>
    /// <exception cref="RejectedException">Some records are too long.</exception>
    public void CheckSizes(long maximumPacketSize)
    {
        _rejected.Clear();
        foreach (var message in _messages)
        {
            if (message.Length > maximumPacketSize) Reject(message.Record, TooLong(message.Length, maximumPacketSize));
        }

        ThrowIfRejected();
    }

    private static string TooLong(long size, long most) => $"a message of {size} bytes is longer than the {most} that the broker takes";

    private void AddWhole(int index, in Record record, long maximumPacketSize)
    {
        var payload = record.Json.Span;
        if (!record.IsPayload)
        {
            BeginJson();
            RecordJson.Write(_json, record);
            payload = EndJson();
        }

        Add(index, record.Device, "", payload, maximumPacketSize);
    }

    private void AddTags(int index, in Record record, long maximumPacketSize)
    {
        foreach (ref readonly var sample in record.Samples.Span)
        {
            BeginJson();
            RecordJson.WriteValue(_json, sample.Value);
            Add(index, record.Device, sample.Tag.Name, EndJson(), maximumPacketSize);
        }
    }

    private void Add(int index, string device, string tag, ReadOnlySpan<byte> payload, long maximumPacketSize)
    {
        if (_topics.Find(device, tag) is not { } topic)
        {
            Reject(index, _topics.ProblemOf(device, tag));
            return;
        }

        var size = Publish.SizeOf(topic.Length, payload.Length, _qos, _version);
        if (size > maximumPacketSize)
        {
            Reject(index, TooLong(size, maximumPacketSize));
            return;
        }

        var start = _packets.WrittenCount;
        Publish.Write(_packets, topic, payload, _qos, _retain, _version);
        _messages.Add(new Message(index, start, _packets.WrittenCount - start));
    }

    private void BeginJson()
    {
        _payload.ResetWrittenCount();
        _json.Reset();
    }

    private ReadOnlySpan<byte> EndJson()
    {
        _json.Flush();
        return _payload.WrittenSpan;
    }

    private void Reject(int record, string reason)
    {
        if (_rejected.Count == 0) _reason = reason;
        if (_rejected.Count == 0 || _rejected[^1] != record) _rejected.Add(record);
    }

    private void ThrowIfRejected()
    {
        if (_rejected.Count > 0) throw new RejectedException(_reason, _rejected.ToArray());
    }
}
