namespace PlantRuntime.Sites.Models;

/// <summary>Checks the names of devices, sinks, tags and sites. Pure.</summary>
internal static class NameRules
{
    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
        "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed",
        "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong",
        "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    ];

    /// <summary>
    /// Returns null if <paramref name="name"/> is a C# identifier, so that recipes can write <c>Plant.press</c>. Otherwise returns an error
    /// text that suggests a name.
    /// </summary>
    public static string? IdentifierProblem(string name)
    {
        if (Keywords.Contains(name)) return $"\"{name}\" is a word of C#, so recipes cannot write it: call it \"{name}_1\"";
        if (name.Length > 0 && IsStart(name[0]) && name.All(IsPart)) return null;
        var near = string.Concat(name.Select(c => IsPart(c) ? c : '_'));
        if (near.Length == 0 || !IsStart(near[0])) near = $"_{near}";
        return $"\"{name}\" must be a C# identifier, so that recipes can write it (letters, digits and _, no digit first)"
            + $": call it \"{near}\"";
    }

    /// <summary>Returns null if <paramref name="name"/> can name a tag or a site; otherwise an error text.</summary>
    public static string? TextProblem(string name)
    {
        if (name.Length == 0) return "the name is empty";
        if (name.Any(char.IsControl)) return "a name may not hold line breaks, tabs or other control characters";
        return name[0] == ' ' || name[^1] == ' ' ? $"the name \"{name}\" begins or ends with a blank" : null;
    }

    private static bool IsStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || c == '_';
}
