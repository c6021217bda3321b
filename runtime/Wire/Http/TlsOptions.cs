namespace PlantRuntime.Wire.Http;

/// <summary>Whom an <c>https</c> url is trusted by: the table <c>tls = { ca = "ca.crt" }</c> of a sink.</summary>
public sealed class TlsOptions
{
    /// <summary>
    /// File with the certificates (PEM) of the authority that alone is trusted, from the site's folder. Without it the system's are.
    /// </summary>
    public string? Ca { get; init; }
}
