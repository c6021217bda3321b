namespace PlantRuntime.Payloads;

/// <summary>
/// The tags to fill from the payloads of one source: a topic, a channel, a table. The driver's reader owns it. Only
/// <see cref="IsTimeWarned"/> and <see cref="HasBareWords"/> change after it is created.
/// </summary>
/// <param name="Source">Name of the source, for the log.</param>
/// <param name="Texts">Indexes of the tags that read the payload as text.</param>
/// <param name="Values">Indexes of the tags that read values from JSON.</param>
/// <param name="Constants">Indexes of the tags that read a part of the source's name, and their values.</param>
/// <param name="Root">The tree of the JSON paths.</param>
/// <param name="HasReadings">True when a path has <c>[*]</c>, so that a payload can contain several readings.</param>
public sealed record PayloadPlan(
    string Source, int[] Texts, int[] Values, (int Tag, string Value)[] Constants, JsonPathNode Root, bool HasReadings)
{
    /// <summary>True when no tag reads the payload, and some have a constant value.</summary>
    public bool HasConstantsOnly => Values.Length == 0 && Texts.Length == 0 && Constants.Length > 0;

    /// <summary>True after a payload of this source had an invalid time, which the driver has logged.</summary>
    public bool IsTimeWarned { get; set; }

    /// <summary>True after a payload of this source had words that JSON does not allow, such as NaN.</summary>
    public bool HasBareWords { get; set; }

    /// <summary>Creates the plan of one source.</summary>
    /// <param name="source">Name of the source, for the log.</param>
    /// <param name="tags">The tags that are filled from it.</param>
    /// <param name="time">Path of the payload's time, if configured.</param>
    public static PayloadPlan Create(string source, IReadOnlyList<PayloadTag> tags, IReadOnlyList<JsonPathStep>? time)
    {
        var values = tags.Where(t => t is { IsText: false, Constant: null }).ToArray();
        var root = new JsonPathNode();
        foreach (var tag in values) root.GetOrAdd(tag.Path).Tags.Add(tag.Index);
        if (time is not null) root.GetOrAdd(time).IsTime = true;
        return new PayloadPlan(
            source,
            [.. tags.Where(t => t.IsText).Select(t => t.Index)],
            [.. values.Select(v => v.Index)],
            [.. tags.Where(t => t.Constant is not null).Select(t => (t.Index, t.Constant!))],
            root,
            values.Any(v => v.Path.Any(s => s.IsEach)));
    }
}

/// <summary>One tag that is filled from a payload. Immutable.</summary>
/// <param name="Index">Index of the tag in the scan buffer.</param>
/// <param name="Path">The steps into the JSON payload; empty for the payload itself.</param>
/// <param name="IsText">True when the payload is plain text and not JSON.</param>
/// <param name="Constant">The value of the tag that does not come from the payload; null otherwise.</param>
public sealed record PayloadTag(int Index, IReadOnlyList<JsonPathStep> Path, bool IsText = false, string? Constant = null);
