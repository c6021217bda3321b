using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>Options classes come from plugins, which are replaced while the host runs.</summary>
public sealed class CollectibleOptionsTests
{
    [Fact]
    public void Binding_keeps_no_hold_on_the_load_context_of_the_options()
    {
        var context = BindInContextOfItsOwn();
        for (var i = 0; i < 10 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference BindInContextOfItsOwn()
    {
        // A second copy of this very assembly; what it refers to is shared, as Contracts is with a plugin.
        var context = new AssemblyLoadContext("options", isCollectible: true);
        var type = context.LoadFromAssemblyPath(typeof(SampleOptions).Assembly.Location).GetType(typeof(SampleOptions).FullName!)!;
        Assert.NotEqual(typeof(SampleOptions), type);
        // More than once: reflection makes its setters into code when they are called again.
        for (var i = 0; i < 5; i++)
        {
            Bind(
                type,
                "host = 'x'\nword_order = 'big_endian'\ntls.ca = 'y'\nunits = [1]\n"
                + "stores = [{ ca = 'x' }]\norders = { a = 'big_endian' }\nport = 1",
                problems: 0);
        }

        Bind(type, "word_order = 'no'\nport = 0\nstores = [{}]\nrubbish = 1", problems: 5);
        context.Unload();
        return new WeakReference(context);
    }

    private static void Bind(Type type, string toml, int problems)
    {
        var table = TomlReader.Read(System.Text.Encoding.UTF8.GetBytes(toml), "site.toml", new ProblemList());
        var (options, found) = new OptionsBinder("/", _ => null).Bind(type, table);
        Assert.Equal(problems, found.Count);
        Assert.Equal(problems == 0, options is not null && options.GetType() == type);
    }
}
