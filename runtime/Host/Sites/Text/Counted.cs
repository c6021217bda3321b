namespace PlantRuntime.Host.Sites;

/// <summary>A number of things in words: "1 device", "2 devices".</summary>
internal static class Counted
{
    public static string Of(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}
