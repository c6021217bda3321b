using System.Security.Authentication;

namespace PlantRuntime.Wire;

/// <summary>Why no TLS connection came about, where the framework hides it in its innermost exception.</summary>
public static class TlsFailureText
{
    // OpenSSL's words for it, from our side and from the far end's (RFC 8446, section 6.2: alert 70, protocol_version).
    private static readonly string[] s_versionWords = ["unsupported protocol", "protocol version", "wrong version number", "no protocols available"];

    /// <summary>The reason, in one sentence.</summary>
    public static string Of(AuthenticationException failure)
    {
        Exception innermost = failure;
        while (innermost.InnerException is { } inner) innermost = inner;
        if (Array.Exists(s_versionWords, w => innermost.Message.Contains(w, StringComparison.OrdinalIgnoreCase)))
            return $"no TLS protocol version in common, 1.2 or 1.3 is needed ({innermost.Message})";
        return innermost == failure ? failure.Message : $"{failure.Message.TrimEnd('.')}: {innermost.Message}";
    }
}
