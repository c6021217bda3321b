using System.Security.Authentication;

namespace PlantRuntime.Wire.Tls;

/// <summary>Describes why a TLS handshake failed; the framework gives the reason only in its innermost exception. Pure.</summary>
public static class TlsFailureText
{
    // OpenSSL's texts for a version mismatch, detected locally or reported by the server (RFC 8446, section 6.2:
    // alert 70, protocol_version).
    private static readonly string[] s_versionErrors =
        ["unsupported protocol", "protocol version", "wrong version number", "no protocols available"];

    /// <summary>Returns the reason as one sentence.</summary>
    public static string Describe(AuthenticationException failure)
    {
        Exception innermost = failure;
        while (innermost.InnerException is { } inner) innermost = inner;
        if (Array.Exists(s_versionErrors, text => innermost.Message.Contains(text, StringComparison.OrdinalIgnoreCase)))
            return $"no TLS protocol version in common, 1.2 or 1.3 is needed ({innermost.Message})";
        return innermost == failure ? failure.Message : $"{failure.Message.TrimEnd('.')}: {innermost.Message}";
    }
}
