namespace PlantRuntime.Plugins.Nats.Subjects;

/// <summary>
/// Caches the subject of each device and tag. One list of messages owns it and calls it within WriteAsync, one call at a time; not
/// thread-safe. Performs no I/O.
/// </summary>
/// <param name="template">Template of the subjects.</param>
/// <param name="fallback">Template for records that have no value for a name in <paramref name="template"/>, if configured.</param>
/// <param name="site">Name of the site.</param>
internal sealed class SubjectCache(SubjectTemplate template, SubjectTemplate? fallback, string site)
{
    // Bounds the memory when recipes create an unlimited number of names: a full cache is cleared.
    private const int MaxSubjects = 50_000;

    private readonly Dictionary<(string Device, string Tag), string?> _subjects = [];

    /// <summary>True when each tag of a scan is published as its own message.</summary>
    public bool IsByTag => template.HasTag;

    /// <summary>Returns the subject, or null when the record cannot be published.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="tag">Name of the tag; empty for a whole record.</param>
    public string? Find(string device, string tag)
    {
        if (_subjects.TryGetValue((device, tag), out var known)) return known;
        if (_subjects.Count == MaxSubjects) _subjects.Clear();
        var subject = Expand(device, tag);
        return _subjects[(device, tag)] = subject is null || SubjectName.Validate(subject) is not null ? null : subject;
    }

    /// <summary>Explains why <see cref="Find"/> returned null.</summary>
    public string DescribeProblem(string device, string tag)
    {
        if (Expand(device, tag) is { } subject) return $"the subject {SubjectName.Validate(subject)?.Message}";
        var missing = device.Length == 0 ? "device" : "tag";
        return $"the subject {template} needs a {missing}, and the record has none: set fallback_subject for such records";
    }

    private string? Expand(string device, string tag) => template.Expand(site, device, tag) ?? fallback?.Expand(site, device, tag);
}
