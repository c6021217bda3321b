namespace PlantRuntime.Contracts;

/// <summary>A size in bytes; in site.toml <c>"512MB"</c>. KB, MB and GB are powers of 1024.</summary>
/// <param name="Bytes">Number of bytes.</param>
public readonly record struct ByteSize(long Bytes)
{
    /// <inheritdoc/>
    public override string ToString() => Bytes switch
    {
        >= 1L << 30 when Bytes % (1L << 30) == 0 => $"{Bytes >> 30}GB",
        >= 1L << 20 when Bytes % (1L << 20) == 0 => $"{Bytes >> 20}MB",
        >= 1L << 10 when Bytes % (1L << 10) == 0 => $"{Bytes >> 10}KB",
        _ => $"{Bytes}B",
    };
}

/// <summary>A TCP port or the name of a serial port; in site.toml <c>502</c> or <c>"/dev/ttyUSB0"</c>.</summary>
/// <param name="Number">Number of the TCP port; 0 for a serial port.</param>
/// <param name="Name">Device file or name of the serial port; null for a TCP port.</param>
public readonly record struct PortSetting(int Number, string? Name = null)
{
    /// <summary>Converts the number of a TCP port.</summary>
    public static implicit operator PortSetting(int number) => new(number);

    /// <summary>Converts the name of a serial port.</summary>
    public static implicit operator PortSetting(string name) => new(0, name);

    /// <inheritdoc/>
    public override string ToString() => Name ?? Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// A password or token. In site.toml it is <c>{ env = "NAME" }</c> or <c>{ file = "/path" }</c>, never a literal.
/// <see cref="ToString"/> returns asterisks, so that a log does not contain the secret by accident. Any thread.
/// </summary>
/// <param name="read">Returns the secret as it is now; throws nothing.</param>
public sealed class Secret(Func<string> read)
{
    /// <summary>Creates a secret that does not change.</summary>
    public Secret(string value) : this(() => value)
    {
    }

    /// <summary>
    /// Returns the secret, for use in the protocol; never log it or put it into an exception. The file of a secret is read by each call, so
    /// that a replaced file is used at the next connect: reveal the secret then, and keep it no longer.
    /// </summary>
    public string Reveal() => read();

    /// <summary>Returns asterisks.</summary>
    public override string ToString() => "***";
}

/// <summary>
/// The smallest and largest value of a numeric option, both inclusive. The host checks them and reports the position in site.toml.
/// </summary>
/// <param name="low">Smallest value.</param>
/// <param name="high">Largest value.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute(double low, double high) : Attribute
{
    /// <summary>Smallest value.</summary>
    public double Low { get; } = low;

    /// <summary>Largest value.</summary>
    public double High { get; } = high;
}

/// <summary>Implemented by options with rules that concern several properties. The host calls it after it has set all of them.</summary>
public interface IValidatedOptions
{
    /// <summary>Returns each broken rule as its key in site.toml and a message; empty if there is none.</summary>
    IEnumerable<(string Key, string Message)> Validate();
}
