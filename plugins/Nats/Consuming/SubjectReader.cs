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

    private readonly Dictionary<string, PayloadPlan> _plans = [];
    private readonly PayloadReader _payloads = new([.. addresses.Select(a => a.IsInteger)], context.TimeZone);
    private DateTime _stored;

    /// <summary>Fills the tags of a message into the buffer: those of its first reading if it has several.</summary>
    /// <returns>The number of scans in the message; <see cref="TryFillNext"/> fills the others. 0 when it changes no tag.</returns>
    public int Fill(INatsJSMsg<byte[]> message, ScanBuffer into)
    {
        if (!_plans.TryGetValue(message.Subject, out var plan))
        {
            if (_plans.Count == MaxSubjects) _plans.Clear();
            plan = PayloadPlan.Create(message.Subject, [.. FindTags(message.Subject)], time);
            _plans.Add(message.Subject, plan);
        }

        _stored = message.Metadata?.Timestamp.UtcDateTime ?? into.SourceTime ?? default;
        var scans = _payloads.Fill(plan, message.Data, into);
        if (_payloads.NewTimeProblem is { } problem)
            context.Log.Warn($"{plan.Source}: the time {problem}; the time of the stream is used");
        if (scans > 0) SetStoredTime(into);
        return scans;
    }

    /// <summary>Fills the next reading of the last message; returns false when there is none.</summary>
    public bool TryFillNext(ScanBuffer into)
    {
        if (!_payloads.TryFillNext(into)) return false;
        SetStoredTime(into);
        return true;
    }

    /// <summary>Drops the readings that were not filled, because the stream delivers their message again.</summary>
    public void Clear() => _payloads.Clear();

    private void SetStoredTime(ScanBuffer into)
    {
        if (into.SourceTime is null && _stored != default) into.SetTime(_stored);
    }

    private IEnumerable<PayloadTag> FindTags(string subject)
    {
        foreach (var (index, address) in addresses.Index().Where(a => SubjectName.Covers(a.Item.Pattern, subject)))
        {
            if (!address.IsPart) yield return new PayloadTag(index, address.Path, address.IsText);
            else if (address.PartOf(subject) is { } part) yield return new PayloadTag(index, [], Constant: part);
        }
    }
}
