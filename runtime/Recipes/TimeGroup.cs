using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>
/// Values with the same time that arrived separately. <see cref="Operators.GroupCollector"/> fills, emits and clears it on the recipe's
/// thread. The object is reused for later groups and valid only during the lambda: a lambda must copy values and must not keep the object.
/// </summary>
public sealed class TimeGroup
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    private readonly IReadOnlyList<string> _members;

    /// <param name="device">Name of the device.</param>
    /// <param name="members">The keys that are known; the list grows.</param>
    internal TimeGroup(string device, IReadOnlyList<string> members) => (Device, _members) = (device, members);

    /// <summary>The common time of the values, in UTC.</summary>
    public DateTime Time { get; internal set; }

    /// <summary>Name of the device; of several devices their names, joined by +.</summary>
    public string Device { get; }

    /// <summary>Number of values.</summary>
    public int Count => _values.Count;

    /// <summary>False if the time limit expired before all values arrived.</summary>
    public bool IsComplete { get; internal set; }

    /// <summary>The values by key; a JSON object in a payload.</summary>
    public IReadOnlyDictionary<string, Value> Values => _values;

    /// <summary>The value of a key; null if it did not arrive.</summary>
    public Value this[string key] => _values.GetValueOrDefault(key);

    /// <summary>
    /// The keys without a value in this group: of the tags, or of all keys that have come since the recipe started if a lambda gives them.
    /// </summary>
    public IEnumerable<string> Missing => _members.Where(m => !_values.ContainsKey(m));

    /// <inheritdoc/>
    public override string ToString() => $"{Device} {Time:O}, {Count} values";

    /// <summary>Monotonic timestamp of its time limit.</summary>
    internal long Due { get; set; }

    /// <summary>Sets the value of a key; returns false if it had one.</summary>
    internal bool Put(string key, Value value)
    {
        var isNew = !_values.ContainsKey(key);
        _values[key] = value;
        return isNew;
    }

    internal void Clear() => _values.Clear();
}

/// <summary>
/// Reports what a recipe is not at fault for: a device did not send all values of a time, or sent one too late. It is never thrown:
/// <see cref="Operators.GroupCollector"/> passes it to the plan's fault handler.
/// </summary>
public abstract class GroupException : Exception
{
    private protected GroupException(string message) : base(message)
    {
    }
}

/// <summary>Reports that too few values of one time arrived within the limit and the group was dropped.</summary>
public sealed class IncompleteGroupException : GroupException
{
    private const int MaxNames = 20;

    internal IncompleteGroupException(TimeGroup group, int atLeast)
        : base($"only {group.Count} of at least {atLeast} values of {group.Time:O} came in time from {group.Device}: "
            + $"{Names(group.Values.Keys)}{Missing(group)}")
    {
    }

    private static string Missing(TimeGroup group) => group.Missing.Any() ? $"; missing: {Names(group.Missing)}" : "";

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(MaxNames)) + (all.Count > MaxNames ? $" and {all.Count - MaxNames} more" : "");
    }
}

/// <summary>Reports a value that came after its group was emitted or dropped.</summary>
public sealed class LateGroupMemberException : GroupException
{
    internal LateGroupMemberException(string device, DateTime time, string key)
        : base($"{key} of {time:O} from {device} came after its group was closed")
    {
    }
}
