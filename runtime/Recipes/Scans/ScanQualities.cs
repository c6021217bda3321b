namespace PlantRuntime.Recipes;

/// <summary>The qualities of a scan by tag name; in a payload a JSON object. Valid as long as its scan.</summary>
public readonly struct ScanQualities
{
    internal ScanQualities(Scan scan) => Scan = scan;

    internal Scan Scan { get; }
}
