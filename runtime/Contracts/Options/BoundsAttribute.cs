namespace PlantRuntime.Contracts;

/// <summary>
/// The least and greatest value of a numeric option, both allowed. The host checks it and reports the place in site.toml.
/// </summary>
/// <param name="low">Least value.</param>
/// <param name="high">Greatest value.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute(double low, double high) : Attribute
{
    /// <summary>Least value.</summary>
    public double Low { get; } = low;

    /// <summary>Greatest value.</summary>
    public double High { get; } = high;
}
