namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>Limits that hold for every message, whatever its length fields say.</summary>
internal static class CodecLimits
{
    /// <summary>
    /// Variants, DataValues, ExtensionObjects and DiagnosticInfos may nest this deep (OPC 10000-6, 5.2.2.12 and 5.2.2.16).
    /// </summary>
    public const int Depth = 32;

    /// <summary>Elements of an array of fixed-size elements or texts.</summary>
    public const int ArrayLength = 1 << 22;

    /// <summary>Elements of an array whose elements are structures in memory: far more than a server returns in one response.</summary>
    public const int StructureArrayLength = 1 << 17;

    /// <summary>Dimensions of a matrix.</summary>
    public const int Dimensions = 16;
}
