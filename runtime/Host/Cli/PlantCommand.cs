using System.CommandLine;

namespace PlantRuntime.Host.Cli;

/// <summary>Creates the command line of the program: one subcommand per <c>*Command</c> file of this folder. Pure.</summary>
internal static class PlantCommand
{
    /// <summary>Creates the root command, which <c>Program.cs</c> parses and runs.</summary>
    public static RootCommand Create()
    {
        var root = CreateRoot();
        CommandHelp.ApplyTo(root);
        return root;
    }

    private static RootCommand CreateRoot() =>
        new("""
            Runs a plant: reads its devices, runs its recipes, feeds its sinks.

            Examples:
              plant run sites/demo                 run a site; Ctrl-C or SIGTERM ends it
              plant run sites/demo --for 30s       the same for half a minute
              plant status sites/demo              see how a running site is: devices, sinks, recipes, queue, with reasons
              plant watch sites/demo               see its tags live, from any terminal
              plant log sites/demo --follow        see its log lines as they come
              plant check sites/demo               find every mistake without touching a device
              plant diff /tmp/demo --against sites/demo   see what a running site would do with an edited copy
              plant test sites/demo                run the tests of its recipes, on simulated devices and a virtual clock
              plant doctor sites/demo              test each device and sink step by step; advise where a step fails
              plant config sites/demo              show each setting and where it comes from
              plant read sites/demo line speed     read one tag of one device, once
              plant write sites/press press set 5  write one tag of a running site
              plant restart sites/press press      close a device or sink of a running site and open it again
              plant handover sites/demo            switch to the other host of a pair
              plant browse sites/press press       list the data of a device
              plant trace sites/press press --for 10s   show each request and reply with its bytes and meaning
              plant trust sites/press press        trust the certificate of a server that was refused
              plant record sites/demo --for 10min  record the scans of a running site in a file
              plant user add sites/demo anna       create a user of the web page
              plant queue sites/demo               show the queue of each sink of a running site
              plant backup sites/demo demo.zip     write a running site into one file
              plant restore demo.zip sites/demo    put it back, or into a new folder
              plant audit verify sites/demo        check that nobody changed the audit log
              plant plugins lock sites/demo        accept the installed plugins, for require_lock
              plant new site my-plant              create a site to start from
              plant new driver my-machine          create a driver plugin to start from
              plant edit-support sites/demo        complete names and show errors in VS Code and other editors
              plant help Deadband                  explain an operator, a key, a quality or a log event
            """)
        {
            RunCommand.Create(),
            StatusCommand.Create(),
            WatchCommand.Create(),
            LogCommand.Create(),
            CheckCommand.Create(),
            DiffCommand.Create(),
            TestCommand.Create(),
            DoctorCommand.Create(),
            ConfigCommand.Create(),
            ReadCommand.Create(),
            WriteCommand.Create(),
            RestartCommand.Create(),
            HandoverCommand.Create(),
            BrowseCommand.Create(),
            TraceCommand.Create(),
            ImportCommand.Create(),
            TrustCommand.Create(),
            RecordCommand.Create(),
            QueueCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            UserCommand.Create(),
            AuditCommand.Create(),
            PluginsCommand.Create(),
            NewCommand.Create(),
            EditSupportCommand.Create(),
            HelpCommand.Create(),
        };
}
