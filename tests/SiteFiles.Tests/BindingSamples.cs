using PlantRuntime.Contracts;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>Options as a plugin would have them, with every type that the binder knows.</summary>
public sealed class SampleOptions : IValidatedOptions
{
    public required string Host { get; init; }

    [Bounds(1, 65535)]
    public int Port { get; init; } = 502;

    public byte UnitId { get; set; } = 1;

    public bool KeepAlive { get; init; }

    [Bounds(0, 1)]
    public double Ratio { get; init; } = 0.5;

    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    public ByteSize MaxSize { get; init; }

    public Secret? Password { get; init; }

    public SampleOrder WordOrder { get; init; } = SampleOrder.BigEndian;

    public SampleTls? Tls { get; init; }

    public IReadOnlyList<int> Units { get; init; } = [];

    public string[] Names { get; init; } = [];

    public IReadOnlyList<SampleTls> Stores { get; init; } = [];

    public IReadOnlyDictionary<string, SampleOrder> Orders { get; init; } = new Dictionary<string, SampleOrder>();

    public int? Gap { get; init; }

    public string Endpoint => $"{Host}:{Port}";

    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Host == "localhost" && Port == 502) yield return ("port", "the local server is at 1502");
    }
}

public sealed class PortSample
{
    [Bounds(1, 65535)]
    public PortSetting Line { get; init; } = 502;
}

public sealed class SampleTls
{
    public required string Ca { get; init; }
}

public enum SampleOrder
{
    BigEndian,
    LittleEndianSwapped,
}
