using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7;

/// <summary>Options of an S7 device in site.toml. Immutable.</summary>
public sealed class S7Options : IValidatedOptions
{
    /// <summary>Host name or IP address of the CPU or its communication processor.</summary>
    /// <example>host = "192.168.0.121"</example>
    public required string Host { get; init; }

    /// <summary>TCP port of ISO-on-TCP.</summary>
    [Bounds(1, 65535)]
    public int Port { get; init; } = 102;

    /// <summary>Rack of the CPU; 0 unless configured otherwise.</summary>
    [Bounds(0, 7)]
    public int Rack { get; init; }

    /// <summary>Slot of the CPU: 1 for S7-1200 and S7-1500, 2 for S7-300, as configured for S7-400.</summary>
    [Bounds(0, 31)]
    public int Slot { get; init; } = 1;

    /// <summary>The family of the CPU, for those that keep timers and counters in areas of their own.</summary>
    public CpuFamily Cpu { get; init; } = CpuFamily.Standard;

    /// <summary>Number of the data block of addresses that name none, such as <c>DBX0.1</c> or <c>DBD2:REAL</c>.</summary>
    /// <example>db = 500</example>
    [Bounds(1, 65535)]
    public int? Db { get; init; }

    /// <summary>The kind of partner that the driver connects as: pg, op or basic.</summary>
    public ConnectionType ConnectionType { get; init; } = ConnectionType.Pg;

    /// <summary>
    /// The driver's own TSAP, as "01.00" or "0x0100"; "10.00" for an S7-200 if none is given. A LOGO accepts only the one in its
    /// connection table.
    /// </summary>
    /// <example>local_tsap = "10.00"</example>
    public string? LocalTsap { get; init; }

    /// <summary>
    /// The CPU's TSAP, as "02.00" or "0x0200"; replaces rack, slot and connection type. "03.00" for an S7-200 if none is given.
    /// </summary>
    /// <example>remote_tsap = "02.01"</example>
    public string? RemoteTsap { get; init; }

    /// <summary>PDU size in bytes to request. The CPU may grant less.</summary>
    [Bounds(240, Wire.SetupCommunication.MaxPdu)]
    public int PduSize { get; init; } = Wire.SetupCommunication.MaxPdu;

    /// <summary>Most requests in flight. The CPU may grant fewer.</summary>
    [Bounds(1, 32)]
    public int MaxJobs { get; init; } = 8;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the CPU");
        if (LocalTsap is not null && !Tsap.TryParse(LocalTsap, out _)) yield return ("local_tsap", Tsap.Wrong(LocalTsap));
        if (RemoteTsap is not null && !Tsap.TryParse(RemoteTsap, out _)) yield return ("remote_tsap", Tsap.Wrong(RemoteTsap));
    }

    internal ushort LocalTsapNumber => LocalTsap is not null ? Number(LocalTsap) : Cpu == CpuFamily.S7200 ? Tsap.LocalS7200 : Tsap.Local;

    internal ushort RemoteTsapNumber => RemoteTsap is not null ? Number(RemoteTsap)
        : Cpu == CpuFamily.S7200 ? Tsap.RemoteS7200
        : Tsap.From(ConnectionType, Rack, Slot);

    private static ushort Number(string text) => Tsap.TryParse(text, out var tsap) ? tsap : throw new ArgumentException(Tsap.Wrong(text));
}

/// <summary>The families of CPUs whose memory areas differ.</summary>
public enum CpuFamily
{
    /// <summary>S7-300, S7-400, S7-1200, S7-1500 and LOGO.</summary>
    Standard,

    /// <summary>S7-200 and S7-200 SMART.</summary>
    S7200,
}
