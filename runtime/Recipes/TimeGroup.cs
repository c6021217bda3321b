using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>
/// Values of one instant that came one by one. A recipe's lambdas get the same object again for later groups: take values out of it, do not
/// keep it.
/// </summary>
public sealed class TimeGroup
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    internal TimeGroup(string device) => Device = device;

    /// <summary>The instant that all values belong to, in UTC.</summary>
    public DateTime Time { get; internal set; }

    /// <summary>Name of the device.</summary>
    public string Device { get; }

    /// <summary>How many there are.</summary>
    public int Count => _values.Count;

    /// <summary>False when time was up before all had come.</summary>
    public bool IsComplete { get; internal set; }

    /// <summary>The values by their key; in a payload a JSON object.</summary>
    public IReadOnlyDictionary<string, Value> Values => _values;

    /// <summary>The value of a key; null when it did not come.</summary>
    public Value this[string key] => _values.GetValueOrDefault(key);

    /// <inheritdoc/>
    public override string ToString() => $"{Device} {Time:O}, {Count} values";

    /// <summary>When time is up, as a monotonic timestamp.</summary>
    internal long Deadline { get; set; }

    /// <summary>It has been handed on, or was dropped: what still comes for it is late.</summary>
    internal bool IsClosed { get; set; }

    internal void Put(string key, Value value) => _values[key] = value;

    internal void Clear() => _values.Clear();
}
