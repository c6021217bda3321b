namespace PlantRuntime.Recipes;

/// <summary>
/// Tells recipes about the host that runs them. Implemented by the host and by the simulation of recipe tests; any thread may call it.
/// </summary>
internal interface ISiteStatus
{
    /// <summary>Identifies the run of the host; numbers of alerts begin anew with each.</summary>
    string Run { get; }

    /// <summary>Number of the newest alert; 0 before the first.</summary>
    long LastAlert { get; }

    /// <summary>Returns the alerts after a number, oldest first. Very old ones are forgotten.</summary>
    IReadOnlyList<Alert> AlertsAfter(long number);

    /// <summary>Returns the state of the host now.</summary>
    HealthReport Health();
}

/// <summary>A host without alerts and devices: that of `plant check`, where nothing runs. Immutable.</summary>
internal sealed class NoSiteStatus : ISiteStatus
{
    public static readonly NoSiteStatus Instance = new();

    public string Run => "";

    public long LastAlert => 0;

    public IReadOnlyList<Alert> AlertsAfter(long number) => [];

    public HealthReport Health() => new(DateTime.UnixEpoch, 0, 0, 0, null, 0, 0, 0, [], []);
}
