using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>The tags that scans of one flow may hold, in order. A tag's index is its place here.</summary>
internal sealed class Schema
{
    private readonly Dictionary<string, int> _places;

    public Schema(string device, IReadOnlyList<Tag> tags)
    {
        Device = device;
        Tags = tags;
        _places = new Dictionary<string, int>(tags.Count, StringComparer.Ordinal);
        for (var i = 0; i < tags.Count; i++) _places[tags[i].Name] = i;
    }

    public string Device { get; }

    public IReadOnlyList<Tag> Tags { get; }

    /// <summary>The place of a tag, or -1.</summary>
    public int PlaceOf(string tag) => _places.GetValueOrDefault(tag, -1);
}
