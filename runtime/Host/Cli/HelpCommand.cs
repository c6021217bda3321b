using System.CommandLine;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant help</c>: prints the documentation of an operator, a key of site.toml, a driver or sink, a
/// quality or a log event. Runs once per process; reads no file.
/// </summary>
internal static class HelpCommand
{
    private const int Columns = 100;

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var word = new Argument<string?>("word")
        {
            Description = "Name of an operator, a key of site.toml, a driver or sink, a quality or a log event: Deadband, poll, devices.press.timeout, modbus, PARKED",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("help", "Explain an operator, a key, a driver or sink, a quality or a log event; without a word, list them.") { word };
        command.SetAction(result => Run(result.GetValue(word), [.. result.RootCommandResult.Command.Subcommands.Select(c => c.Name)],
            Console.Out, Console.Error));
        return command;
    }

    /// <summary>Writes the text of a topic, or the list of topics; returns 1 if there is no such topic.</summary>
    /// <param name="word">The word; null for the list.</param>
    /// <param name="commands">The commands of the program, which explain themselves.</param>
    /// <param name="output">Receives the text.</param>
    /// <param name="errors">Receives the error.</param>
    public static int Run(string? word, IReadOnlyList<string> commands, TextWriter output, TextWriter errors)
    {
        var topics = HelpTopics.Load();
        if (word is null)
        {
            WriteList(output, "Operators", topics.Operators);
            WriteList(output, "Keys of site.toml", topics.Keys);
            WriteList(output, "Drivers and sinks", topics.Plugins);
            WriteList(output, "Qualities", topics.Qualities);
            WriteList(output, "Log events", topics.LogEvents);
            return 0;
        }

        var found = topics.Find(word);
        if (found is not null) output.WriteLine(found);
        if (commands.FirstOrDefault(c => c.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } command)
            output.WriteLine($"{(found is null ? "" : "\n")}{command}: a command; plant {command} --help shows how it is used");
        else if (found is null) return Unknown(word, [.. topics.Names, .. commands], errors);
        return 0;
    }

    private static int Unknown(string word, IReadOnlyList<string> names, TextWriter errors)
    {
        var last = word[(word.LastIndexOf('.') + 1)..];
        errors.WriteLine($"nothing is called \"{word}\"{Nearest.DidYouMean(last, names, "; `plant help` lists all words")}");
        return 1;
    }

    private static void WriteList(TextWriter output, string title, IEnumerable<string> names)
    {
        output.WriteLine($"{title}:");
        var line = " ";
        foreach (var name in names)
        {
            if (line.Length + name.Length > Columns)
            {
                output.WriteLine(line);
                line = " ";
            }

            line += $" {name}";
        }

        output.WriteLine($"{line}\n");
    }
}
