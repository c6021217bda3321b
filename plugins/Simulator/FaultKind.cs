namespace PlantRuntime.Plugins.Simulator;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>Reads get no answer until the host gives up. The connection stays.</summary>
    Timeout,

    /// <summary>Some tags are bad; the others are not touched.</summary>
    Bad,

    /// <summary>The connection breaks and connects are refused.</summary>
    Disconnect,

    /// <summary>Reads are answered late.</summary>
    Slow,
}
