using System.Globalization;
using Microsoft.CodeAnalysis;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Rewords the most frequent errors of the C# compiler for authors who rarely write C#. Pure; called by
/// <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static class FriendlyMessages
{
    /// <summary>Returns null where the compiler's own message is kept.</summary>
    public static string? Find(Diagnostic diagnostic)
    {
        var arguments = Arguments(diagnostic);
        return diagnostic.Id switch
        {
            "CS1002" => "a ';' is missing here",
            "CS1026" => "a ')' is missing here",
            "CS1513" => "a '}' is missing here",
            "CS1003" when arguments.Count > 0 => $"a '{arguments[0].Trim('\'')}' is missing here",
            "CS1010" => "a string that begins with '\"' must end on the same line",
            "CS1503" when arguments.Count > 2 =>
                $"argument {arguments[0]} is {arguments[1]}, expected {arguments[2]}{SinkHint(arguments[2])}",
            "CS0227" => "unsafe code is not allowed in a recipe",
            _ => null,
        };
    }

    private static string SinkHint(string type) =>
        type.Contains("SinkRef", StringComparison.Ordinal) ? "; write a sink as Sinks.name" : "";

    /// <summary>Returns the arguments of the compiler's message, which it does not expose otherwise.</summary>
    private static IReadOnlyList<string> Arguments(Diagnostic diagnostic)
    {
        var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        return diagnostic.Id switch
        {
            "CS1003" => Quoted(message),
            "CS1503" => [message.Split(' ', ':')[1], .. Quoted(message)],
            _ => [],
        };
    }

    /// <summary>Returns the parts of a message in single quotes, with the quotes.</summary>
    private static IReadOnlyList<string> Quoted(string message)
    {
        var parts = message.Split('\'');
        return [.. parts.Where((_, i) => i % 2 == 1).Select(word => $"'{word}'")];
    }
}
