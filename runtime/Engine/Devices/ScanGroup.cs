using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Holds the tags of a device that are read at one rate: their prepared reader, the buffer that the driver fills, and the host's own copy
/// of the samples. After a read the host uses only the copy, so that a driver that writes to the buffer later changes nothing. Created by
/// DeviceSupervisor when it opens a driver; used within that session's loop, one call at a time; not thread-safe.
/// </summary>
internal sealed class ScanGroup
{
    private readonly TagModel[] _models;
    private readonly BitPattern?[] _notAvailable;
    private readonly Tag[] _tags;
    private readonly Sample[] _samples;
    private readonly string?[] _reasons;
    private readonly int[] _indexes;
    private readonly Quality[] _last;
    // Ticks of the clock at the last read of each tag.
    private readonly long[] _readAt;
    private readonly bool[] _areNumbers;
    private readonly TextReason?[] _textReasons;
    private int _count;

    public ScanGroup(IEnumerable<(TagModel Model, Tag Tag)> tags, TimeSpan poll)
    {
        var members = tags.ToList();
        _models = [.. members.Select(t => t.Model)];
        _notAvailable = [.. _models.Select(m => m.NotAvailable is { } bits ? BitPattern.TryParse(bits) : null)];
        _tags = [.. members.Select(t => t.Tag)];
        _samples = new Sample[_tags.Length];
        _reasons = new string?[_tags.Length];
        _indexes = new int[_tags.Length];
        _last = new Quality[_tags.Length];
        _readAt = new long[_tags.Length];
        _areNumbers = [.. _models.Select(m => m.IsNumber)];
        _textReasons = new TextReason?[_tags.Length];
        Buffer = new ScanBuffer(_tags);
        Poll = poll;
        Definitions = [.. _models.Select(t => t.Definition)];
    }

    public IReadOnlyList<TagDefinition> Definitions { get; }

    public TimeSpan Poll { get; }

    /// <summary>The buffer that the driver fills in each read; reset by the session before it.</summary>
    public ScanBuffer Buffer { get; }

    /// <summary>The driver's reader for these tags; set once, when the driver is opened.</summary>
    public IReader? Reader { get; set; }

    /// <summary>
    /// How long, in ticks of the clock, the last value of a tag that was not read is repeated as <see cref="Quality.Stale"/>.
    /// </summary>
    public long StaleTicks { get; init; }

    /// <summary>Number of tags that the last accepted read has read from the device.</summary>
    public int ReadCount { get; private set; }

    /// <summary>True if the driver had no time for a tag, or got no reply, in the last accepted read.</summary>
    public bool IsAnyNotRead { get; private set; }

    /// <summary>The samples of the last read that was accepted.</summary>
    public ReadOnlySpan<Sample> Samples => _samples.AsSpan(0, _count);

    /// <summary>Why each of <see cref="Samples"/> is bad; null if it is good or its driver gave no reason.</summary>
    public ReadOnlySpan<string?> Reasons => _reasons.AsSpan(0, _count);

    /// <summary>
    /// Applies the pattern for "not available", scale, offset and range of the tag table to the buffer. Text of a tag that has a scale,
    /// offset, range or decimal separator is converted to a number first; text that does not fit is BAD_TYPE.
    /// </summary>
    public void ApplyScaleAndRange()
    {
        var samples = Buffer.Samples;
        for (var i = 0; i < _models.Length; i++)
        {
            ref var sample = ref samples[i];
            var model = _models[i];
            if (_areNumbers[i] && sample.Value.Kind == ValueKind.Text) ConvertText(i, ref sample, model.Decimal ?? DecimalSeparator.Point);
            if (!sample.Value.IsNumber) continue;
            if (_notAvailable[i] is { } pattern && pattern.Matches(sample.Value))
            {
                Buffer.Bad(i, Quality.BadDevice, pattern.Reason);
                continue;
            }

            sample.Value = SinglePrecision.Scale(sample.Value, model.Scale ?? 1, model.Offset ?? 0);
            if (model.Low is null && model.High is null) continue;
            var number = sample.Value.Number;
            var low = SinglePrecision.LimitFor(sample.Value, model.Low ?? double.NegativeInfinity);
            var high = SinglePrecision.LimitFor(sample.Value, model.High ?? double.PositiveInfinity);
            if (number >= low && number <= high) continue;
            Buffer.Bad(i, Quality.BadRange, "outside its range in the tag table");
        }
    }

    /// <summary>
    /// Applies scale, offset and range of the tag table, then checks and copies the samples of all tags. A tag that the driver had no time
    /// for keeps its last good value and time as <see cref="Quality.Stale"/> for <see cref="StaleTicks"/>.
    /// </summary>
    /// <param name="now">Time of the read in ticks of the clock.</param>
    /// <exception cref="PluginContractException">The driver changed more of the buffer than it may.</exception>
    public void AcceptSamples(long now) => Accept(onlySet: false, now);

    /// <summary>Does the same for a subscribed device, but copies only the tags that the driver set.</summary>
    /// <exception cref="PluginContractException">The driver changed more of the buffer than it may.</exception>
    public void AcceptChangedSamples() => Accept(onlySet: true, now: 0);

    /// <summary>
    /// Calls <paramref name="changed"/> for each accepted tag that turned good or bad, or bad in another way, since the last call. A tag
    /// that was not read is reported when its value is no longer repeated.
    /// </summary>
    public void ReportQualityChanges(Action<Sample, string?> changed)
    {
        for (var i = 0; i < _count; i++)
        {
            var index = _indexes[i];
            if (_samples[i].Quality == _last[index] || (_samples[i].Quality == Quality.Stale && Buffer.IsNotRead(index))) continue;
            _last[index] = _samples[i].Quality;
            changed(_samples[i], _reasons[i]);
        }
    }

    private void ConvertText(int index, ref Sample sample, DecimalSeparator separator)
    {
        var text = sample.Value.Text;
        if (NumberText.TryParse(text, out var number, separator))
        {
            sample.Value = number;
            return;
        }

        // A tag that is bad in every scan has one reason.
        if (_textReasons[index] is not { } reason || reason.Text != text)
            _textReasons[index] = reason = new TextReason(text, NumberText.Describe(text, separator));
        Buffer.Bad(index, Quality.BadType, reason.Reason);
    }

    private void Accept(bool onlySet, long now)
    {
        _count = ReadCount = 0;
        IsAnyNotRead = false;
        ApplyScaleAndRange();
        var samples = Buffer.Samples;
        for (var i = 0; i < samples.Length; i++)
        {
            var sample = samples[i];
            if (!ReferenceEquals(sample.Tag, _tags[i])) throw Invalid(i, "its driver replaced the tag of a sample");
            if (sample.Quality > Quality.BadType) throw Invalid(i, $"its driver set the unknown quality {(int)sample.Quality}");
            if (onlySet && !Buffer.IsSet(i)) continue;
            if (sample.Quality is Quality.Good or Quality.BadRange) (_readAt[i], ReadCount) = (now, ReadCount + 1);
            else if (!onlySet && Buffer.IsNotRead(i)) (sample, IsAnyNotRead) = (Repeated(i, sample, now), true);
            _indexes[_count] = i;
            _reasons[_count] = sample.Quality == Quality.Good ? null : Buffer.Reason(i);
            _samples[_count++] = sample;
        }
    }

    // Returns the last good sample as stale while it is young enough, else the sample as it is. All tags are accepted in each read, so that
    // the samples still hold those of the read before.
    private Sample Repeated(int index, in Sample notRead, long now)
    {
        var last = _samples[index];
        if (last.Quality is not (Quality.Good or Quality.Stale) || now - _readAt[index] > StaleTicks) return notRead;
        return last with { Quality = Quality.Stale };
    }

    private PluginContractException Invalid(int index, string problem)
    {
        var samples = Buffer.Samples;
        for (var i = 0; i < samples.Length; i++) samples[i].Tag = _tags[i];
        _count = 0;
        return new PluginContractException($"{problem}: {_tags[index]}");
    }

    /// <summary>The last text of a tag that was not a number, and the reason for it.</summary>
    private sealed record TextReason(string Text, string Reason);
}
