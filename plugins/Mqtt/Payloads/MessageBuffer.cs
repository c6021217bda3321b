using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Topics;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>
/// Encodes a batch as consecutive PUBLISH packets, so that many are sent with one call. It owns a copy of the data, because messages in
/// flight may have to be sent again after the host has reused its batch, and reuses its memory, so that a steady flow allocates nothing.
/// One <see cref="MqttSink"/> owns it and fills it within WriteAsync, only while no message is in flight. Performs no I/O; not thread-safe.
/// </summary>
internal sealed class MessageBuffer
{
    private readonly TopicCache _topics;
    private readonly int _qos;
    private readonly bool _retain;
    private readonly ProtocolVersion _version;
    private readonly List<BufferedMessage> _messages = [];
    private readonly ArrayBufferWriter<byte> _packets = new();
    private readonly ArrayBufferWriter<byte> _payload = new();
    private readonly Utf8JsonWriter _json;
    private readonly List<int> _rejected = [];
    private string _reason = "";

    public MessageBuffer(TopicCache topics, int qos, bool retain, ProtocolVersion version)
    {
        (_topics, _qos, _retain, _version) = (topics, qos, retain, version);
        // The relaxed encoder keeps "°C" readable and still escapes control characters; the payload is not embedded in HTML.
        _json = new Utf8JsonWriter(_payload, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        });
    }

    /// <summary>The messages in order.</summary>
    public ReadOnlySpan<BufferedMessage> Messages => CollectionsMarshal.AsSpan(_messages);

    /// <summary>Returns the bytes of consecutive messages; the caller may stamp packet ids into them.</summary>
    public Memory<byte> GetBytes(int start, int length) =>
        MemoryMarshal.AsMemory(_packets.WrittenMemory).Slice(start, length);

    /// <summary>Replaces the content by the messages of a batch.</summary>
    /// <param name="batch">The batch. The buffer keeps no reference to it.</param>
    /// <param name="maximumPacketSize">Length in bytes of the longest packet that the broker accepts.</param>
    /// <exception cref="RejectedException">Some records have no valid topic or are too long.</exception>
    public void Fill(RecordBatch batch, long maximumPacketSize)
    {
        _messages.Clear();
        _packets.ResetWrittenCount();
        _rejected.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i];
            if (_topics.IsByTag && !record.IsPayload) AddTags(i, record, maximumPacketSize);
            else AddRecord(i, record, maximumPacketSize);
        }

        ThrowIfRejected();
    }

    /// <summary>Checks the sizes again, because the broker of a new connection may accept less.</summary>
    /// <exception cref="RejectedException">Some records are too long.</exception>
    public void ThrowIfTooLong(long maximumPacketSize)
    {
        _rejected.Clear();
        foreach (var message in _messages)
        {
            if (message.Length > maximumPacketSize) Reject(message.Record, DescribeTooLong(message.Length, maximumPacketSize));
        }

        ThrowIfRejected();
    }

    private static string DescribeTooLong(long size, long maximum) =>
        $"a message of {size} bytes is longer than the {maximum} bytes that the broker accepts";

    private void AddRecord(int index, in Record record, long maximumPacketSize)
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
            Reject(index, _topics.DescribeProblem(device, tag));
            return;
        }

        var size = PublishPacket.SizeOf(topic.Length, payload.Length, _qos, _version);
        if (size > maximumPacketSize)
        {
            Reject(index, DescribeTooLong(size, maximumPacketSize));
            return;
        }

        var start = _packets.WrittenCount;
        PublishPacket.Write(_packets, topic, payload, _qos, _retain, _version);
        _messages.Add(new BufferedMessage(index, start, _packets.WrittenCount - start));
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

/// <summary>The position of one PUBLISH packet in a <see cref="MessageBuffer"/>. Immutable.</summary>
/// <param name="Record">Index in the batch of the record, or of the record whose tag the message carries.</param>
/// <param name="Start">Offset of the first byte in the buffer.</param>
/// <param name="Length">Length in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BufferedMessage(int Record, int Start, int Length);
