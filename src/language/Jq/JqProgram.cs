using Kestra.Jq.Compilation;
using Kestra.Jq.Functions;
using Kestra.Jq.Runtime;
using Kestra.Jq.Syntax;
using Kestra.Jq.Values;

namespace Kestra.Jq;

/// <summary>
/// A jq program, parsed and compiled once. It may be run any number of times and by several threads at once.
/// Values are null, bool, string, numbers, <c>IReadOnlyList&lt;object?&gt;</c> and <c>IReadOnlyDictionary&lt;string, object?&gt;</c>;
/// an input is never changed, and parts of it may be parts of results.
/// </summary>
public sealed class JqProgram
{
    private readonly Filter _filter;
    private readonly JqLimits _limits;
    private readonly JqDialect _dialect;
    private readonly TimeProvider _time;
    private readonly RegexCache _expressions = new();

    private JqProgram(Filter filter, JqLimits limits, JqDialect dialect, TimeProvider time)
    {
        _filter = filter;
        _limits = limits;
        _dialect = dialect;
        _time = time;
    }

    /// <param name="program">The text of the program.</param>
    /// <param name="limits">Default: <see cref="JqLimits.Default"/>.</param>
    /// <param name="dialect">Which reading of the language.</param>
    /// <param name="time">The clock of <c>now</c> and of the time that regular expressions take. Default: that of the system.</param>
    /// <exception cref="JqException">The program is not jq, with line and column, or exceeds a limit.</exception>
    public static JqProgram Parse(string program, JqLimits? limits = null, JqDialect dialect = JqDialect.Kestra, TimeProvider? time = null)
    {
        limits ??= JqLimits.Default;
        var node = Parser.Parse(program, dialect, limits);
        var filter = new Compiler(program, dialect, limits).Compile(node, Scope.Root);
        return new JqProgram(filter, limits, dialect, time ?? TimeProvider.System);
    }

    /// <summary>Runs the program. Results are computed as they are asked for; an error comes after the results before it.</summary>
    /// <exception cref="JqException">While enumerating: an error of the run that the program did not catch, or a limit.</exception>
    public IEnumerable<object?> Run(object? input, CancellationToken cancellation = default)
    {
        var execution = new Execution(_limits, _dialect, _expressions, _time, cancellation);
        var outputs = 0;
        foreach (var item in _filter.Run(Env.Root(execution), new Item(input)))
        {
            if (++outputs > _limits.Outputs)
            {
                throw JqException.Limit($"the program gives more than {_limits.Outputs} results");
            }

            ValueDepth.Check(item.Value, _limits.ValueDepth);
            yield return item.Value;
        }
    }

    /// <summary>A value as compact JSON, with numbers as the dialect writes them.</summary>
    public static string ToJson(object? value, JqDialect dialect = JqDialect.Kestra) => JsonText.Write(value, dialect);
}
