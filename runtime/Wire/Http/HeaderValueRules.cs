namespace PlantRuntime.Wire.Http;

/// <summary>Checks values of headers: printable ASCII, the part of RFC 9110 §5.5 that every server accepts. Pure.</summary>
public static class HeaderValueRules
{
    /// <summary>
    /// The error text for a value that is not <see cref="IsSendable"/>. It does not repeat the value, which may be secret.
    /// </summary>
    public const string Problem = "holds a character that no header can carry: expected printable ASCII";

    /// <summary>True if the value can be sent, or is null.</summary>
    public static bool IsSendable(string? value) => value is null || !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
