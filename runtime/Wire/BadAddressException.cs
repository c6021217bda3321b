namespace PlantRuntime.Wire;

/// <summary>Ends the parsing of one address; it never leaves a driver's parser.</summary>
/// <param name="message">What was expected.</param>
/// <param name="column">Where, from 1; 0 when the type given apart is at fault.</param>
public sealed class BadAddressException(string message, int column) : Exception(message)
{
    /// <summary>Where, from 1; 0 when the type given apart is at fault.</summary>
    public int Column { get; } = column;
}
