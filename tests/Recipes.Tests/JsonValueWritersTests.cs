using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PlantRuntime.Recipes.Payloads;

namespace PlantRuntime.Recipes.Tests;

/// <summary>The writers of one plan: which types they accept, and that they do not keep a recipe's types in memory.</summary>
public class JsonValueWritersTests
{
    [Theory]
    [InlineData(typeof(object), true)]
    [InlineData(typeof(Dictionary<string, int>), true)]
    [InlineData(typeof(ScanValues), true)]
    [InlineData(typeof(JsonElement), true)]
    [InlineData(typeof(Link), true)]
    [InlineData(typeof(int), false)]
    [InlineData(typeof(string), false)]
    [InlineData(typeof(int[]), false)]
    [InlineData(typeof(Dictionary<int, string>), false)]
    [InlineData(typeof(int?), false)]
    public void A_payload_type_is_an_object_or_not(Type type, bool expected) =>
        Assert.Equal(expected, new JsonValueWriters().IsObject(type));

    [Theory]
    [InlineData(typeof(Func<int>))]
    [InlineData(typeof(Task<int>))]
    [InlineData(typeof(Span<int>))]
    public void A_type_without_a_json_form_is_refused_by_name(Type type) =>
        Assert.Contains(type.Name, Assert.Throws<NotSupportedException>(() => new JsonValueWriters().Get(type)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_type_may_contain_itself() =>
        Assert.Equal("""{"Name":"a","Next":{"Name":"b","Next":null}}""", Write(new Link("a", new Link("b", null))));

    [Fact]
    public void A_plan_has_one_writer_for_each_type()
    {
        var writers = new JsonValueWriters();
        Assert.Same(writers.Get(typeof(Link)), writers.Get(typeof(Link)));
        Assert.Same(writers.GetBoxed(typeof(Link)), writers.GetBoxed(typeof(Link)));
        Assert.NotSame(writers.Get(typeof(Link)), new JsonValueWriters().Get(typeof(Link)));
    }

    [Fact]
    public void Types_of_a_collectible_assembly_are_unloaded_after_they_were_written()
    {
        var types = new List<WeakReference>();
        for (var i = 0; i < 20; i++) types.Add(WriteCollectible(i));
        for (var i = 0; i < 20 && types.Exists(t => t.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, types.Count(t => t.IsAlive));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WriteCollectible(int number)
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName($"recipe{number}"), AssemblyBuilderAccess.RunAndCollect)
            .DefineDynamicModule("m");
        var builder = module.DefineType("Payload", TypeAttributes.Public);
        var field = builder.DefineField("_amps", typeof(int), FieldAttributes.Public);
        var getter = builder.DefineMethod("get_Amps", MethodAttributes.Public | MethodAttributes.SpecialName, typeof(int), []);
        var code = getter.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldfld, field);
        code.Emit(OpCodes.Ret);
        builder.DefineProperty("Amps", PropertyAttributes.None, typeof(int), null).SetGetMethod(getter);
        var type = builder.CreateType();
        var payload = Activator.CreateInstance(type)!;
        type.GetField("_amps")!.SetValue(payload, number);
        var list = (Array)Array.CreateInstance(type, 1);
        list.SetValue(payload, 0);
        Assert.Equal($$"""{"one":{"Amps":{{number}}},"many":[{"Amps":{{number}}}]}""",
            Write(new Dictionary<string, object?> { ["one"] = payload, ["many"] = list }));
        return new WeakReference(type);
    }

    private static string Write(object value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) new JsonValueWriters().GetBoxed(value.GetType()).Write(json, value);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private sealed record Link(string Name, Link? Next);
}
