namespace PlantRuntime.Sites.Text;

/// <summary>Formats a count with its noun: "1 device", "2 devices". Pure.</summary>
internal static class Plural
{
    public static string Format(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}
