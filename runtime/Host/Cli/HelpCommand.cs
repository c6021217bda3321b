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
        command.SetAction(result => Run(result.GetValue(word), Console.Out, Console.Error));
        return command;
    }

    /// <summary>Writes the text of a topic, or the list of topics; returns 1 if there is no such topic.</summary>
    public static int Run(string? word, TextWriter output, TextWriter errors)
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

        if (topics.Find(word) is { } text)
        {
            output.WriteLine(text);
            return 0;
        }

        var last = word[(word.LastIndexOf('.') + 1)..];
        errors.WriteLine($"nothing is called \"{word}\"{Nearest.DidYouMean(last, topics.Names, "; `plant help` lists all words")}");
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
