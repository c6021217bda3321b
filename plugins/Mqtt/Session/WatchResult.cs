namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>What a look at the connection's silence leads to.</summary>
internal enum WatchResult
{
    /// <summary>All is well.</summary>
    Fine,

    /// <summary>It is time to ask for a sign of life.</summary>
    Ask,

    /// <summary>The far end is gone.</summary>
    Dead,
}
