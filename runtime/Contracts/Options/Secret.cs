namespace PlantRuntime.Contracts;

/// <summary>
/// A password or token. In site.toml it is <c>{ env = "NAME" }</c> or <c>{ file = "/path" }</c>, never a literal.
/// It prints as stars, so that it cannot end in a log by accident.
/// </summary>
/// <param name="value">The secret itself.</param>
public sealed class Secret(string value)
{
    /// <summary>The secret itself: hand it to the protocol, never to a log or an error.</summary>
    public string Reveal() => value;

    /// <summary>Stars.</summary>
    public override string ToString() => "***";
}
