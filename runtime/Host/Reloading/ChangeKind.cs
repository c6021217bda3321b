namespace PlantRuntime.Host.Reloading;

/// <summary>What a reload does to a part of the site.</summary>
internal enum ChangeKind
{
    /// <summary>Nothing: connections, sessions, counters and state go on.</summary>
    Kept,

    /// <summary>It runs on and takes over new settings.</summary>
    Adjusted,

    Added,

    Removed,

    /// <summary>Its connection is closed, and opened anew with other settings.</summary>
    Restarts,

    /// <summary>A new version of a recipe takes over between two scans.</summary>
    Swapped,

    /// <summary>Nothing: this version of a recipe was tried and failed, and the one before runs on.</summary>
    Refused,

    /// <summary>Nothing yet: it waits for the next start of the host.</summary>
    NextStart,
}
