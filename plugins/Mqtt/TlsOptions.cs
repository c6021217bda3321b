namespace PlantRuntime.Plugins.Mqtt;

/// <summary>How the connection is secured. Paths are meant from the site's folder; files are PEM.</summary>
public sealed class TlsOptions
{
    /// <summary>The certificates that the broker's must come from; without it, those of the system.</summary>
    public string? Ca { get; init; }

    /// <summary>Our own certificate, for brokers that ask for one.</summary>
    public string? Cert { get; init; }

    /// <summary>The key of <see cref="Cert"/>, not encrypted.</summary>
    public string? Key { get; init; }
}
