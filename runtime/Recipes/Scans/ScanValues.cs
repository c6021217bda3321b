namespace PlantRuntime.Recipes;

/// <summary>The values of a scan by tag name; in a payload a JSON object. Valid as long as its scan.</summary>
public readonly struct ScanValues
{
    internal ScanValues(Scan scan) => Scan = scan;

    internal Scan Scan { get; }
}
