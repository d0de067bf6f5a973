using Kestra.Jq.Compilation;
using Kestra.Jq.Runtime;
using Kestra.Jq.Syntax;

namespace Kestra.Jq.Functions;

/// <summary>Makes the filter of a call from the filters of its arguments.</summary>
internal delegate Filter FunctionFactory(Filter[] arguments);

/// <summary>A built-in function.</summary>
/// <param name="OnlyInJq">True when Kestra does not know the function.</param>
internal sealed record Function(string Name, int Arity, FunctionFactory Create, bool OnlyInJq = false);

/// <summary>All functions of a dialect: those written in C#, and those of <see cref="Library"/>, which are compiled when they are first called.</summary>
internal sealed class FunctionTable
{
    private static readonly Lazy<FunctionTable> Kestra = new(() => new FunctionTable(JqDialect.Kestra));
    private static readonly Lazy<FunctionTable> Jq16 = new(() => new FunctionTable(JqDialect.Jq16));

    private readonly JqDialect _dialect;
    private readonly Dictionary<(string, int), FunctionFactory> _native = [];
    private readonly Dictionary<(string, int), DefinitionNode> _library = [];
    private readonly Dictionary<(string, int), Definition> _compiled = [];
    private readonly Lock _lock = new();

    private FunctionTable(JqDialect dialect)
    {
        _dialect = dialect;
        IEnumerable<Function> all =
        [
            .. CoreFunctions.All, .. CollectionFunctions.All, .. PathFunctions.All, .. TextFunctions.All, .. RegexFunctions.All,
            .. MathFunctions.All, .. DateFunctions.All,
        ];
        foreach (var function in all.Where(function => dialect == JqDialect.Jq16 || !function.OnlyInJq))
        {
            _native.Add((function.Name, function.Arity), function.Create);
        }

        foreach (var definition in Parser.ParseDefinitions(Library.For(dialect), JqDialect.Jq16))
        {
            _library.Add((definition.Name, definition.Parameters.Count), definition);
        }

        Names = [.. _native.Keys.Concat(_library.Keys).Where(key => !key.Item1.StartsWith('_')).Select(key => $"{key.Item1}/{key.Item2}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Names and arities of all functions: <c>map/1</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    public static FunctionTable For(JqDialect dialect) => (dialect == JqDialect.Kestra ? Kestra : Jq16).Value;

    public FunctionFactory? Find(string name, int arity)
    {
        if (_native.TryGetValue((name, arity), out var create))
        {
            return create;
        }

        return _library.TryGetValue((name, arity), out var source) ? arguments => new CallFilter(Compiled(source), arguments) : null;
    }

    private Definition Compiled(DefinitionNode source)
    {
        // Compiling calls back in here for the functions that a function uses; the lock lets its own thread pass.
        lock (_lock)
        {
            var key = (source.Name, source.Parameters.Count);
            if (!_compiled.TryGetValue(key, out var definition))
            {
                definition = new Definition(Scope.Root.Level);
                _compiled.Add(key, definition);
                definition.Body = new Compiler("", _dialect, JqLimits.Default).CompileBody(source, Scope.Root);
            }

            return definition;
        }
    }
}
