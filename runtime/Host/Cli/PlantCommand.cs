using System.CommandLine;

namespace PlantRuntime.Host.Cli;

/// <summary>The program's command line.</summary>
internal static class PlantCommand
{
    public static RootCommand Make() =>
        new("""
            Runs a plant: reads its devices, runs its recipes, feeds its sinks.

            Examples:
              plant run sites/demo                 run a site; Ctrl-C ends it
              plant run sites/demo --for 30s       the same for half a minute
              plant check sites/demo               find every mistake without touching a device
              plant diff /tmp/demo --against sites/demo   see what a running site would do with an edited copy
              plant doctor sites/demo              ask each device step by step; say what to do where it fails
              plant read sites/demo line speed     read one tag of one device, once
              plant write sites/press press set 5  write one tag of a running site
              plant browse sites/press press       list what a device has
              plant record sites/demo --for 10min  write what the devices of a running site deliver to a file
              plant queue sites/demo               show what waits for each sink of a running site
              plant new site my-plant              make a site to start from
              plant new driver my-machine          make a driver plugin to start from
            """)
        {
            RunCommand.Make(),
            CheckCommand.Make(),
            DiffCommand.Make(),
            DoctorCommand.Make(),
            ReadCommand.Make(),
            WriteCommand.Make(),
            BrowseCommand.Make(),
            RecordCommand.Make(),
            QueueCommand.Make(),
            PluginsCommand.Make(),
            NewCommand.Make(),
        };
}
