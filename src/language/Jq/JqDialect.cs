namespace Kestra.Jq;

/// <summary>The two readings of the language. They share syntax, values and most functions; <c>docs/jq.md</c> lists where they part.</summary>
public enum JqDialect
{
    /// <summary>As the <c>jq</c> filter of expressions has it: fewer functions, whole and fractional numbers kept apart, an unknown function is an error of the run.</summary>
    Kestra,

    /// <summary>As the jq 1.6 program has it: dates, streams, more mathematics, one kind of number, unknown names refused when the program is parsed.</summary>
    Jq16,
}
