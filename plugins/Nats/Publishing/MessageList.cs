using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Subjects;

namespace PlantRuntime.Plugins.Nats.Publishing;

/// <summary>
/// Encodes a batch as messages. It owns a copy of the data, because unacknowledged messages have to be sent again after the host has reused
/// its batch, and reuses its memory. One <see cref="NatsSink"/> owns it and fills it within WriteAsync. Performs no I/O; not thread-safe.
/// </summary>
internal sealed class MessageList
{
    private readonly SubjectCache _subjects;
    private readonly List<OutgoingMessage> _messages = [];
    private readonly ArrayBufferWriter<byte> _payloads = new();
    private readonly Utf8JsonWriter _json;
    private readonly SortedDictionary<int, string> _refused = [];
    private (RecordId First, RecordId Last, int Count)? _batch;

    public MessageList(SubjectCache subjects)
    {
        _subjects = subjects;
        // The relaxed encoder keeps "°C" readable and still escapes control characters; the payload is not embedded in HTML.
        _json = new Utf8JsonWriter(_payloads, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        });
    }

    /// <summary>The messages in order.</summary>
    public Span<OutgoingMessage> Messages => CollectionsMarshal.AsSpan(_messages);

    /// <summary>The records that are refused for good, by their index in the batch, with the reason.</summary>
    public IReadOnlyDictionary<int, string> Refused => _refused;

    /// <summary>The payload of a message, valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> PayloadOf(in OutgoingMessage message) =>
        _payloads.WrittenMemory.Slice(message.Start, message.Length);

    /// <summary>
    /// Continues the batch that is in the list, so that only what is not acknowledged is sent again, or replaces it by another one.
    /// </summary>
    public void Begin(RecordBatch batch)
    {
        // The ids of records rise, so both ends and the length identify a batch.
        (RecordId, RecordId, int)? identity =
            batch.Queue == Guid.Empty ? null : (batch[0].Id, batch[batch.Count - 1].Id, batch.Count);
        if (identity is not null && identity == _batch)
        {
            foreach (ref var message in Messages)
            {
                if (message.Step == DeliveryStep.InFlight) message.Step = DeliveryStep.Waiting;
            }

            return;
        }

        _batch = identity;
        _messages.Clear();
        _payloads.ResetWrittenCount();
        _refused.Clear();
        for (var i = 0; i < batch.Count; i++) Add(i, batch[i], batch.Lease);
    }

    /// <summary>Forgets the batch: an equal one is sent as a whole.</summary>
    public void End() => _batch = null;

    /// <summary>Marks a record as one that can never be stored.</summary>
    public void Refuse(int record, string reason) => _refused.TryAdd(record, reason);

    private void Add(int index, in Record record, RecordLease? lease)
    {
        var first = _messages.Count;
        Add(index, record);
        if (lease is null) return;
        var (token, isLate) = (lease.TokenOf(record.Id).ToString(CultureInfo.InvariantCulture), lease.IsLate(record.Id));
        foreach (ref var message in Messages[first..]) message = message with { Token = token, IsLate = isLate };
    }

    private void Add(int index, in Record record)
    {
        var id = record.Id.Queue == Guid.Empty ? null : record.Id.ToString();
        if (record.IsPayload || !_subjects.IsByTag)
        {
            var start = BeginPayload();
            if (record.IsPayload) _payloads.Write(record.Json.Span);
            else RecordJson.Write(_json, record);
            Add(index, record.Device, "", id, start);
            return;
        }

        var number = 0;
        foreach (ref readonly var sample in record.Samples.Span)
        {
            var start = BeginPayload();
            RecordJson.WriteValue(_json, sample.Value);
            Add(index, record.Device, sample.Tag.Name, id is null ? null : $"{id}-{number++}", start);
        }
    }

    private int BeginPayload()
    {
        _json.Reset();
        return _payloads.WrittenCount;
    }

    private void Add(int index, string device, string tag, string? id, int start)
    {
        _json.Flush();
        if (_subjects.Find(device, tag) is { } subject)
            _messages.Add(new OutgoingMessage(index, subject, id, start, _payloads.WrittenCount - start));
        else
            Refuse(index, _subjects.DescribeProblem(device, tag));
    }
}
