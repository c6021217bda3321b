using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>Options of an S7 device in site.toml.</summary>
public sealed class S7Options : IValidatedOptions
{
    /// <summary>Name or address of the CPU or its communication processor.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    [Bounds(1, 65535)]
    public int Port { get; init; } = 102;

    /// <summary>Rack of the CPU.</summary>
    [Bounds(0, 7)]
    public int Rack { get; init; }

    /// <summary>Slot of the CPU: 1 for S7-1200 and S7-1500, 2 for S7-300, as configured for S7-400.</summary>
    [Bounds(0, 31)]
    public int Slot { get; init; } = 1;

    /// <summary>What the CPU takes us for: pg, op or basic.</summary>
    public ConnectionType ConnectionType { get; init; } = ConnectionType.Pg;

    /// <summary>Our TSAP, as "01.00" or "0x0100"; LOGO wants the one that its connection table names.</summary>
    public string LocalTsap { get; init; } = "01.00";

    /// <summary>The CPU's TSAP, as "02.00" or "0x0200"; instead of rack, slot and connection type.</summary>
    public string? RemoteTsap { get; init; }

    /// <summary>Bytes of a PDU to ask for. The CPU may grant less.</summary>
    [Bounds(240, Wire.SetupCommunication.MostPdu)]
    public int PduSize { get; init; } = Wire.SetupCommunication.MostPdu;

    /// <summary>Most jobs that wait for their answers at once. The CPU may grant less.</summary>
    [Bounds(1, 32)]
    public int MaxJobs { get; init; } = 8;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the CPU");
        if (!Tsap.TryParse(LocalTsap, out _)) yield return ("local_tsap", Tsap.Wrong(LocalTsap));
        if (RemoteTsap is not null && !Tsap.TryParse(RemoteTsap, out _)) yield return ("remote_tsap", Tsap.Wrong(RemoteTsap));
    }

    internal ushort LocalTsapNumber => Tsap.TryParse(LocalTsap, out var tsap) ? tsap : throw new ArgumentException(Tsap.Wrong(LocalTsap));

    internal ushort RemoteTsapNumber => RemoteTsap is null ? Tsap.Of(ConnectionType, Rack, Slot)
        : Tsap.TryParse(RemoteTsap, out var tsap) ? tsap
        : throw new ArgumentException(Tsap.Wrong(RemoteTsap));
}
