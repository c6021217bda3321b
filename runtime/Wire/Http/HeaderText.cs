namespace PlantRuntime.Wire.Http;

/// <summary>What the value of a header may hold: printable ASCII, the part of RFC 9110 §5.5 that every server takes.</summary>
public static class HeaderText
{
    /// <summary>What is wrong with a value that is not <see cref="IsSendable"/>; does not repeat it.</summary>
    public const string Problem = "holds a character that no header can carry: expected printable ASCII";

    /// <summary>True when it can be sent; so can no value at all.</summary>
    public static bool IsSendable(string? value) => value is null || !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
