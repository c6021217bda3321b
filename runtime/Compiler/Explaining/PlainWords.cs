using System.Globalization;
using Microsoft.CodeAnalysis;

namespace PlantRuntime.Compiler.Explaining;

/// <summary>The compiler's most frequent messages, said for people who write ten lines of C#.</summary>
internal static class PlainWords
{
    /// <summary>Null when the compiler's own words are good enough.</summary>
    public static string? Of(Diagnostic diagnostic)
    {
        var arguments = Arguments(diagnostic);
        return diagnostic.Id switch
        {
            "CS1002" => "a ';' is missing here",
            "CS1026" => "a ')' is missing here",
            "CS1513" => "a '}' is missing here",
            "CS1003" when arguments.Count > 0 => $"a '{arguments[0].Trim('\'')}' is missing here",
            "CS1010" => "a text that begins with '\"' must end on the same line",
            "CS1503" when arguments.Count > 2 =>
                $"argument {arguments[0]} is {arguments[1]}, expected is {arguments[2]}{SinkHint(arguments[2])}",
            "CS0227" => "a recipe has no unsafe code",
            _ => null,
        };
    }

    private static string SinkHint(string type) =>
        type.Contains("SinkRef", StringComparison.Ordinal) ? "; a sink is written Sinks.name" : "";

    /// <summary>The words that the message was made of; quotes come with the message, not with them.</summary>
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

    /// <summary>What stands in <c>'</c> in a message, quotes included.</summary>
    private static IReadOnlyList<string> Quoted(string message)
    {
        var parts = message.Split('\'');
        return [.. parts.Where((_, i) => i % 2 == 1).Select(word => $"'{word}'")];
    }
}
