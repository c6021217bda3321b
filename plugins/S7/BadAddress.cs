namespace PlantRuntime.Plugins.S7;

/// <summary>Ends the parsing of one address; it never leaves the parser.</summary>
/// <param name="message">What was expected.</param>
/// <param name="column">Where, from 1; 0 when the type given apart is at fault.</param>
internal sealed class BadAddress(string message, int column) : Exception(message)
{
    public int Column { get; } = column;
}
