using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Describes the errors of a command line: each mistyped command or option with the nearest known one, in place of the whole help. Pure,
/// apart from the question whether an argument is the folder of a site.
/// </summary>
internal static class CommandLineErrors
{
    /// <summary>Returns the error lines; null if the command line has no errors, or asks for help.</summary>
    public static IReadOnlyList<string>? Describe(ParseResult result)
    {
        var command = result.CommandResult.Command;
        var option = MistypedOption(result);
        if (result.Action is not ParseErrorAction && option is null) return null;

        // Without any word the whole help is what a user needs.
        if (command is RootCommand && result.UnmatchedTokens.Count == 0) return null;
        var lines = new List<string>();
        if (option is not null) lines.Add(Unmatched(command, option));
        else if (command.Subcommands.Count > 0 && Mistyped(result, command) is { } mistyped) lines.Add(mistyped);
        else if (result.UnmatchedTokens.FirstOrDefault() is { } token) lines.Add(Unmatched(command, token));

        // The parser's own errors about tokens are the ones above.
        if (result.UnmatchedTokens.Count == 0 && lines.Count == 0) lines.AddRange(Incomplete(result));
        lines.Add($"{PathOf(result.CommandResult)} --help shows {(command is RootCommand ? "all commands" : "how it is used")}");
        return [.. lines.Select(l => LogText.Sanitize(l))];
    }

    /// <summary>Returns the errors of a command line whose words are all in their places: missing ones, and values of options.</summary>
    private static IEnumerable<string> Incomplete(ParseResult result)
    {
        var command = result.CommandResult.Command;
        var missing = command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && result.GetResult(a) is not { Tokens.Count: > 0 })
            .Select(a => $"<{a.Name}>").ToList();
        if (missing.Count > 0)
            return [$"{string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} missing: {Usage(result.CommandResult)}"];
        if (command.Arguments.Count == 0 && command.Subcommands.Count > 0)
            return [$"a command is missing: {PathOf(result.CommandResult)} {string.Join('|', command.Subcommands.Select(c => c.Name))}"];
        return result.Errors.Select(error =>
            error.SymbolResult is OptionResult { Option: { ValueType.IsEnum: true } option, Tokens: [var token] }
                ? WrongWord(option, token.Value) : error.Message);
    }

    private static string WrongWord(Option option, string value)
    {
        var words = Enum.GetNames(option.ValueType).Select(n => n.ToLowerInvariant()).ToList();
        return $"{option.Name}: expected {string.Join(", ", words.SkipLast(1))} or {words[^1]}, found \"{value}\""
            + Nearest.DidYouMean(value, words);
    }

    private static string Usage(CommandResult command) => string.Join(' ', [PathOf(command), .. command.Command.Arguments.Select(a =>
        a.Arity.MinimumNumberOfValues > 0 ? $"<{a.Name}>" : $"[<{a.Name}>]")]);

    /// <summary>Returns the error about a word in the place of a subcommand; null if the first word is none.</summary>
    private static string? Mistyped(ParseResult result, Command command)
    {
        var names = command.Subcommands.Select(c => c.Name).ToList();

        // A command that also takes a folder has taken the mistyped word for it.
        var words = result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
            .Where(word => !Directory.Exists(word)).Concat(result.UnmatchedTokens).Where(word => !word.StartsWith('-'));
        var near = words.Select(word => (word, name: Nearest.Find(word, names))).FirstOrDefault(pair => pair.name is not null);
        if (near.name is not null) return $"there is no command \"{near.word}\": did you mean \"{near.name}\"?";
        if (command.Arguments.Count > 0 || result.UnmatchedTokens is not [{ } first, ..] || first.StartsWith('-')) return null;
        return command is RootCommand && File.Exists(Path.Combine(first, SiteFile.Name))
            ? $"there is no command \"{first}\": did you mean \"plant run {first}\"?"
            : $"there is no command \"{first}\"";
    }

    /// <summary>
    /// Returns an option that no command has and that was taken for an argument, such as a folder; null if there is none. Behind
    /// <c>--</c> everything is an argument, and <c>-5</c> is a number.
    /// </summary>
    private static string? MistypedOption(ParseResult result) =>
        result.Action is HelpAction or CommandHelp || result.Tokens.Any(t => t.Type == TokenType.DoubleDash) ? null
            : result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
                .FirstOrDefault(value => value.StartsWith("--", StringComparison.Ordinal));

    private static string Unmatched(Command command, string token) => token.StartsWith('-')
        ? $"there is no option \"{token}\"{Nearest.DidYouMean(token, OptionsOf(command))}"
        : $"\"{token}\" is not expected here";

    private static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Where(o => o is not HelpOption).SelectMany(o => o.Aliases.Prepend(o.Name)).Append("--help");

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "plant";
}
