using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Writes the help of a command. The arguments of the commands above it are not shown, because they are not given with it, and a command
/// that is used with and without a subcommand has two usage lines. Runs once per process.
/// </summary>
/// <param name="inner">Writes the help that the library makes of the symbols.</param>
internal sealed class CommandHelp(HelpAction inner) : SynchronousCommandLineAction
{
    private const string OneLine = "[command] [options]";

    public override bool ClearsParseErrors => true;

    /// <summary>Uses this help for all commands of a root command.</summary>
    public static void ApplyTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().First();
        help.Action = new CommandHelp((HelpAction)help.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult;
        for (var above = command.Parent as CommandResult; above is not null; above = above.Parent as CommandResult)
        {
            foreach (var argument in above.Command.Arguments) argument.Hidden = true;
        }

        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        var exit = inner.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(command.Command.Arguments.Count == 0 ? text.ToString() : Split(text.ToString(), command.Command));
        return exit;
    }

    /// <summary>Replaces <c>plant queue [&lt;site&gt;] [command] [options]</c> by the two ways to use the command.</summary>
    private static string Split(string help, Command command)
    {
        var lines = help.Split('\n').ToList();
        var at = lines.FindIndex(line => line.TrimEnd().EndsWith(OneLine, StringComparison.Ordinal));
        if (at < 0) return help;
        var usage = lines[at].TrimEnd();
        var start = usage[..usage.IndexOf(command.Name, StringComparison.Ordinal)] + command.Name;
        lines[at] = usage.Replace(OneLine, "[options]", StringComparison.Ordinal);
        lines.Insert(at + 1, $"{start} <command> …");
        return string.Join('\n', lines);
    }
}
