namespace PlantRuntime.Wire.Tls;

/// <summary>
/// The table <c>tls = { ca = "ca.crt", cert = "edge.crt", key = "edge.key" }</c> of a device or sink, the same for all plugins. Files are
/// PEM; their paths are relative to the site's folder. An empty table means TLS with the authorities that the system trusts. Immutable.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>False to connect without TLS, as if the table were absent; for a value from the environment.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>File with the certificates of the only trusted authorities; without it the authorities of the system are trusted.</summary>
    /// <example>ca = "ca.crt"</example>
    public string? Ca { get; init; }

    /// <summary>File with the client certificate for a server that asks for one.</summary>
    /// <example>cert = "edge.crt"</example>
    public string? Cert { get; init; }

    /// <summary>Another name of <see cref="Cert"/>.</summary>
    /// <example>certificate = "edge.crt"</example>
    public string? Certificate { get; init; }

    /// <summary>File with the unencrypted key of the client certificate; without it the key is read from the certificate's file.</summary>
    /// <example>key = "edge.key"</example>
    public string? Key { get; init; }

    /// <summary>The file of the client certificate, from either of its two options.</summary>
    internal string? ClientCertificate => Cert ?? Certificate;

    /// <summary>Returns each violated rule as the key of the plugin's option and the error text. Does not read the files.</summary>
    public IEnumerable<(string Key, string Message)> Check()
    {
        foreach (var (name, file) in new[] { ("ca", Ca), ("cert", Cert), ("certificate", Certificate), ("key", Key) })
        {
            if (file is not null && string.IsNullOrWhiteSpace(file))
                yield return ("tls", $"{name} is empty: expected a file such as \"{name}.pem\"");
        }

        if (Cert is not null && Certificate is not null)
            yield return ("tls", "cert and certificate are two names for one file: give one of them");
        if (Key is not null && ClientCertificate is null) yield return ("tls", "has a key without its certificate: give cert too");
    }
}
