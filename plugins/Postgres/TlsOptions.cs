namespace PlantRuntime.Plugins.Postgres;

/// <summary>Encryption of the connection. The server's certificate and name are always checked.</summary>
public sealed class TlsOptions
{
    /// <summary>
    /// PEM file with the authority that signed the server's certificate, from the site's folder; without it the system's are trusted.
    /// </summary>
    public string? Ca { get; init; }

    /// <summary>PEM file with the certificate to show to the server, where it asks for one.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with that certificate's key, where it is not in the same file.</summary>
    public string? Key { get; init; }
}
