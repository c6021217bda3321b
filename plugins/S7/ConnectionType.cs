namespace PlantRuntime.Plugins.S7;

/// <summary>What kind of partner the CPU takes us for: high byte of the remote TSAP. CPUs keep a few connections free for each.</summary>
public enum ConnectionType
{
    /// <summary>A programming device.</summary>
    Pg = 1,

    /// <summary>An operator panel.</summary>
    Op = 2,

    /// <summary>Any other S7 partner.</summary>
    Basic = 3,
}
