using Kestra.Expressions.Compilation;

namespace Kestra.Expressions.Functions;

/// <summary>The functions by name.</summary>
internal static class FunctionTable
{
    private static readonly Dictionary<string, Function> All = Build();

    public static Function? Find(string name) => All.GetValueOrDefault(name);

    public static IEnumerable<string> Names => All.Keys;

    private static Dictionary<string, Function> Build()
    {
        var all = new Dictionary<string, Function>(StringComparer.Ordinal);
        foreach (var (name, function) in GeneralFunctions.All.Concat(ParsingFunctions.All).Concat(ContextFunctions.All).Concat(OutsideFunctions.All).Concat(CipherFunctions.All))
        {
            all.Add(name, function);
        }

        return all;
    }
}
