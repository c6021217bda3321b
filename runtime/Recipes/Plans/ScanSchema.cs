using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Plans;

/// <summary>The tags of a flow, in order. The index of a tag is its position here. Immutable.</summary>
internal sealed class ScanSchema
{
    private readonly Dictionary<string, int> _indexes;

    public ScanSchema(string device, IReadOnlyList<Tag> tags)
    {
        Device = device;
        Tags = tags;
        _indexes = new Dictionary<string, int>(tags.Count, StringComparer.Ordinal);
        for (var i = 0; i < tags.Count; i++) _indexes[tags[i].Name] = i;
    }

    public string Device { get; }

    public IReadOnlyList<Tag> Tags { get; }

    /// <summary>Returns the index of a tag, or -1.</summary>
    public int IndexOf(string tag) => _indexes.GetValueOrDefault(tag, -1);
}
