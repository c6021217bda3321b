using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Devices;

/// <summary>The tags of a device that are read at one rate: their prepared reading, their buffer, their rhythm.</summary>
internal sealed class ScanGroup
{
    private readonly TagModel[] _tags;
    private readonly Quality[] _last;

    public ScanGroup(IEnumerable<(TagModel Model, Tag Tag)> tags, TimeSpan poll, TimeProvider time)
    {
        var members = tags.ToList();
        _tags = [.. members.Select(t => t.Model)];
        _last = new Quality[_tags.Length];
        Buffer = new ScanBuffer([.. members.Select(t => t.Tag)]);
        Rhythm = new Rhythm(Math.Max(1, time.Ticks(poll)));
        Poll = poll;
        Definitions = [.. _tags.Select(t => t.Definition)];
    }

    public IReadOnlyList<TagDefinition> Definitions { get; }

    public TimeSpan Poll { get; }

    public ScanBuffer Buffer { get; }

    public Rhythm Rhythm { get; }

    /// <summary>Set when the driver is opened.</summary>
    public IReader? Reader { get; set; }

    /// <summary>Applies scale, offset and range of the tag table, in place.</summary>
    public void Refine()
    {
        var samples = Buffer.Samples;
        for (var i = 0; i < _tags.Length; i++)
        {
            ref var sample = ref samples[i];
            if (!sample.Value.IsNumber) continue;
            var tag = _tags[i];
            if (tag.Scale is not null || tag.Offset is not null)
                sample.Value = Value.Of((sample.Value.Number * (tag.Scale ?? 1)) + (tag.Offset ?? 0));
            if (tag.Low is null && tag.High is null) continue;
            var number = sample.Value.Number;
            if (number >= (tag.Low ?? double.NegativeInfinity) && number <= (tag.High ?? double.PositiveInfinity)) continue;
            Buffer.Bad(i, Quality.BadRange, "outside its range in the tag table");
        }
    }

    /// <summary>The one that is due first; null for a device without tags.</summary>
    public static ScanGroup? NextOf(IReadOnlyList<ScanGroup> groups)
    {
        ScanGroup? next = null;
        for (var i = 0; i < groups.Count; i++)
        {
            if (next is null || groups[i].Rhythm.Due < next.Rhythm.Due) next = groups[i];
        }

        return next;
    }

    /// <summary>
    /// Calls <paramref name="changed"/> for each tag that turned good or bad, or bad in another way, since the last call.
    /// </summary>
    public void NoteChanges(Action<Sample, string?> changed, bool onlySet = false)
    {
        var samples = Buffer.Samples;
        for (var i = 0; i < samples.Length; i++)
        {
            if (samples[i].Quality == _last[i] || (onlySet && !Buffer.IsSet(i))) continue;
            _last[i] = samples[i].Quality;
            changed(samples[i], Buffer.Reason(i));
        }
    }
}
