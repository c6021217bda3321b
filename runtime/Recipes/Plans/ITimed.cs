namespace PlantRuntime.Recipes.Plans;

/// <summary>An operator that also acts when no scan comes.</summary>
internal interface ITimed
{
    /// <summary>When it wants to act next, as a monotonic timestamp.</summary>
    long Due { get; }

    /// <summary>Starts its clock, unless it was carried over from an older plan. Called once, before the first scan.</summary>
    void Start(long now, DateTime utcNow);

    /// <summary>Acts; afterwards <see cref="Due"/> lies ahead of <paramref name="now"/>.</summary>
    void OnDue(long now, DateTime utcNow);
}
