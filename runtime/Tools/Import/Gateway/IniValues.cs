using System.Globalization;
using PlantRuntime.Sites;

namespace PlantRuntime.Tools.Import.Gateway;

/// <summary>
/// Reads the values of one section, with those of the section DEFAULT for keys that it does not have, and reports what is wrong with them.
/// Created for each section; not thread-safe.
/// </summary>
/// <param name="Section">The section.</param>
/// <param name="Defaults">The section DEFAULT; null when that is the section itself.</param>
/// <param name="Problems">Receives problems.</param>
/// <param name="Notes">Receives what is not mapped.</param>
internal sealed record IniValues(IniSection Section, IniSection? Defaults, ProblemList Problems, List<Problem> Notes)
{
    /// <summary>Returns a value; null if neither section has it, or if it is empty.</summary>
    public IniValue? Find(string key) => (Section.Find(key) ?? Defaults?.Find(key)) is { Text.Length: > 0 } value ? value : null;

    /// <summary>Returns a text.</summary>
    public string Text(string key, string otherwise) => Find(key)?.Text ?? otherwise;

    /// <summary>Returns a text; adds a problem and returns null if there is none.</summary>
    public string? Required(string key, string example)
    {
        if (Find(key) is { } value) return value.Text;
        Problems.Add(Section.Find(key)?.KeyAt ?? Section.At, $"[{Section.Name}] needs {key}, for instance {key} = {example}");
        return null;
    }

    /// <summary>Returns a whole number within bounds; adds a problem and returns the default otherwise.</summary>
    public int Number(string key, int otherwise, int low, int high)
    {
        if (Find(key) is not { } value) return otherwise;
        if (int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= low
            && number <= high) return number;
        Problems.Add(value.At, $"{key}: expected a whole number from {low} to {high}, found \"{value.Text}\"");
        return otherwise;
    }

    /// <summary>Returns the items of a list; none if there is no such key.</summary>
    public IReadOnlyList<(string Text, SourceLocation At)> List(string key) => Find(key)?.Items() ?? [];

    /// <summary>Adds a problem at the value of a key.</summary>
    public void Fail(string key, string message) => Problems.Add(Find(key)?.At ?? Section.At, $"{key}: {message}");

    /// <summary>Adds a note at a key.</summary>
    public void Note(string key, string message) => Notes.Add(new Problem(Find(key)?.KeyAt ?? Section.At, $"{key}: {message}"));

    /// <summary>
    /// Adds a note for every key of the section itself that is not among the given ones. Values are not shown: one may be a secret.
    /// </summary>
    public void NoteOthers(IReadOnlyList<string> known)
    {
        foreach (var value in Section.Values.Where(v => !known.Contains(v.Key)))
            Notes.Add(new Problem(value.KeyAt, $"{value.Key} is not mapped"));
    }
}
