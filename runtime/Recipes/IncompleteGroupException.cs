namespace PlantRuntime.Recipes;

/// <summary>Too few values of one instant came in time; they are dropped.</summary>
public sealed class IncompleteGroupException : Exception
{
    internal IncompleteGroupException(TimeGroup group, int atLeast)
        : base($"only {group.Count} of at least {atLeast} values of {group.Time:O} came in time from {group.Device}: "
            + string.Join(", ", group.Values.Keys))
    {
    }
}
