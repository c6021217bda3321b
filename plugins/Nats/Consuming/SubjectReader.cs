using System.Globalization;
using NATS.Client.JetStream;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Nats.Subjects;

namespace PlantRuntime.Plugins.Nats.Consuming;

/// <summary>
/// Fills tags from messages, by the plan of their subject. Owned by one <see cref="NatsReader"/>; called only within IReader.ReadAsync, one
/// call at a time; not thread-safe.
/// </summary>
/// <param name="addresses">The addresses of the tags, in the order of the scan buffer.</param>
/// <param name="time">Path of the payload's time, if configured.</param>
/// <param name="context">Zone of times that name none, and the log.</param>
internal sealed class SubjectReader(IReadOnlyList<NatsAddress> addresses, IReadOnlyList<JsonPathStep>? time, PluginContext context)
{
    // Bounds the memory when a wildcard matches an unlimited number of subjects: a full cache is cleared.
    private const int MaxSubjects = 50_000;

    private readonly Dictionary<string, SubjectPlan> _plans = [];
    private readonly PayloadReader _payloads = new([.. addresses.Select(a => a.IsInteger)], context.TimeZone);
    private SubjectPlan? _plan;
    private DateTime _stored;
    private string _identity = "";
    private long _sequence;

    /// <summary>Fills the tags of a message into the buffer: those of its first reading if it has several.</summary>
    /// <returns>The number of scans in the message; <see cref="TryFillNext"/> fills the others. 0 when it changes no tag.</returns>
    public int Fill(INatsJSMsg<byte[]> message, NatsJSMsgMetadata metadata, ScanBuffer into)
    {
        if (!_plans.TryGetValue(message.Subject, out _plan))
        {
            if (_plans.Count == MaxSubjects) _plans.Clear();
            _plan = CreatePlan(message.Subject);
            _plans.Add(message.Subject, _plan);
        }

        _stored = metadata.Timestamp.UtcDateTime;
        _sequence = (long)metadata.Sequence.Stream;
        if (_plan.Identities.Length > 0) _identity = IdentityOf(message, metadata);
        var scans = _payloads.Fill(_plan.Payload, message.Data, into);
        if (_payloads.NewTimeProblem is { } problem)
            context.Log.Warn($"{_plan.Payload.Source}: the time {problem}; the time of the stream is used");
        if (scans > 0) AddStreamValues(_plan, into);
        return scans;
    }

    /// <summary>Fills the next reading of the last message; returns false when there is none.</summary>
    public bool TryFillNext(ScanBuffer into)
    {
        if (_plan is null || !_payloads.TryFillNext(into)) return false;
        AddStreamValues(_plan, into);
        return true;
    }

    /// <summary>Drops the readings that were not filled, because the stream delivers their message again.</summary>
    public void Clear() => _payloads.Clear();

    /// <summary>
    /// Returns what a publisher set so that the stream recognizes a message that comes again, or else what the stream counts. Both are the
    /// same at each delivery.
    /// </summary>
    private static string IdentityOf(INatsJSMsg<byte[]> message, NatsJSMsgMetadata metadata)
    {
        if (message.Headers is { } headers && headers.TryGetValue("Nats-Msg-Id", out var id) && id.ToString() is { Length: > 0 } text)
            return text;
        return string.Create(CultureInfo.InvariantCulture, $"{metadata.Stream}-{metadata.Sequence.Stream}");
    }

    private void AddStreamValues(SubjectPlan plan, ScanBuffer into)
    {
        foreach (var tag in plan.Identities) into.Good(tag, Value.Of(_identity));
        foreach (var tag in plan.Sequences) into.Good(tag, Value.Of(_sequence));
        if (into.SourceTime is null) into.SetTime(_stored);
    }

    private SubjectPlan CreatePlan(string subject)
    {
        var found = addresses.Index().Where(a => SubjectName.Covers(a.Item.Pattern, subject)).ToList();
        return new SubjectPlan(
            PayloadPlan.Create(subject, [.. FindTags(subject, found)], time),
            [.. found.Where(a => a.Item.IsIdentity).Select(a => a.Index)],
            [.. found.Where(a => a.Item.IsSequence).Select(a => a.Index)]);
    }

    private static IEnumerable<PayloadTag> FindTags(string subject, IEnumerable<(int Index, NatsAddress Item)> found)
    {
        foreach (var (index, address) in found)
        {
            // A constant, so that such a tag alone makes a scan; AddStreamValues sets its value.
            if (address.IsIdentity || address.IsSequence) yield return new PayloadTag(index, [], Constant: "");
            else if (!address.IsPart) yield return new PayloadTag(index, address.Path, address.IsText);
            else if (address.PartOf(subject) is { } part) yield return new PayloadTag(index, [], Constant: part);
        }
    }

    /// <summary>The tags that a subject fills: from its payload, and from the stream.</summary>
    private sealed record SubjectPlan(PayloadPlan Payload, int[] Identities, int[] Sequences);
}
